"""The tables of a private domain beside its orders: people, offers, traffic and calendar."""
