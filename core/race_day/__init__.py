"""The steps of a race day, inside one transaction; no step knows a service."""
