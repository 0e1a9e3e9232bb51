"""Every speed claim, runnable: `make bench` prints each beside its yardstick and writes bench/out.json."""
