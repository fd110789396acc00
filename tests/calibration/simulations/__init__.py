"""One file a simulation; each holds SIMULATIONS, a tuple of `registry.Simulation`."""
