"""Pages of our own making with labels from the DOM; see README.md."""
