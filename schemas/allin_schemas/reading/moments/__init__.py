"""What people write of days and times: cut into tokens, understood as days and times of day, put together as one span."""
