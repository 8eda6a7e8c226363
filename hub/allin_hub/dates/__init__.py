"""Series of dates: recurrence rules, their occurrences, and calendars written from them."""
