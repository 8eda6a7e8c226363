"""What runs in the confined child process; `sandbox.run` starts it, nothing in the hub imports it.

A worker is a module with `read(data, params)`: it takes the file's bytes and yields JSON-like messages.
It is imported after the limits are set, and can open nothing while it reads, unless `OPEN_FILES` says so.
"""
