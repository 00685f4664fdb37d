"""What rules for programs on the vendor's Python SDK share: its names, its sessions, the code written for v3."""
