"""Evidence files: what was handed in beside a document or a report, stored once and served as downloads alone."""
