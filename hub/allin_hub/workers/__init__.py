"""What runs in the confined child process; `sandbox.run` starts it, nothing in the hub imports it.

A worker is a module with `read(data, params)`: it takes the file's bytes and yields JSON-like messages.
It is imported after the limits are set, and reads locked in (`jail`): it must import all that it needs at its top.
"""
