"""Pages of figures, and of what documents state."""
