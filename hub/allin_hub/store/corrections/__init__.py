"""What the office corrects: what it says itself, and the runs that it takes back."""
