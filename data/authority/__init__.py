"""HTTPS in a closed network: an authority of our own, and the certificates it signs."""
