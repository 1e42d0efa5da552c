"""A stand-in for an entry point of the installed package; never commit it: the plugin is built on main."""
