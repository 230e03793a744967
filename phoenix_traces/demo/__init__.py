"""A real Phoenix, a dozen traces in it, and the annotations that people give them."""
