"""What it takes to check the Python SDK that is installed: its clients, its time, and what it sends."""
