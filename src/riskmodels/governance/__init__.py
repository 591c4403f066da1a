"""What people sign and what decides: documents, attestations, the trust root and the gate. It asks no registry or lake."""
