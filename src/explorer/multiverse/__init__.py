"""Every defensible definition at once: list the studies of a grid, run them as arrays, see what the result hangs on."""
