"""What all faces share: who asks, form and answer, errors, how values are written."""
