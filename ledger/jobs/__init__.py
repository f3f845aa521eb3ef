"""Jobs: work that takes longer than a page, with a progress that ends."""
