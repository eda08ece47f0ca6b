"""Staff: accounts, signing in, and following up what young people told. All under /stab."""
