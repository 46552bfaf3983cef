"""The demo: the whole of Myoline on one machine, by one command (`make demo`)."""
