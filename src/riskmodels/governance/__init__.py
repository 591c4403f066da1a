"""What people sign and what decides: documents, attestations, the trust root and the gate. Asks no registry."""
