class Vault:
    pass


Vault.create_temporary_token(expires_in=3600)
