"""Plans on their way into force: drafts, review, remarks, what differs, who is in."""
