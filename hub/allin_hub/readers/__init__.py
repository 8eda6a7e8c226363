"""The door for files: CSV, workbooks and calendars, the risky ones read in a confined process."""
