"""A folder and its Kitfile into the store."""
