"""Pages of results, and what stands in them."""
