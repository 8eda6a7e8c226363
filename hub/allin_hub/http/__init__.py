"""The door to the network: allowed addresses, limits, checks of what comes back, retries."""
