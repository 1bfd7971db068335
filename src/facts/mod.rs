//! What else the tree tells: credential files, issuers, receivers, tenants.
