#!/bin/sh
# Prints the command of a Python that is new enough, or says in one line that there is none.
for candidate in python3 python3.13 python3.12 python3.11; do
    # A version manager's shim may exist and still not run: ask it instead of looking for it.
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        echo "$candidate"
        exit 0
    fi
done
echo "Python 3.11 or newer is needed; found: $(python3 --version 2>&1 || echo none)" >&2
exit 1
