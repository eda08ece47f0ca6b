"""A room of people, each on a phone: they write, choose, talk, and agree on what comes next."""
