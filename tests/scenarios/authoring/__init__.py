"""What author.py is made of; see ../README.md."""
