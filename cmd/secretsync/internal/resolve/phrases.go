package resolve

// phrases are what clients write in their errors, where vals keeps only the text of these. The first that occurs
// counts, so those that say more come first.
var phrases = []struct {
	phrase string
	cause  cause
}{
	// Amazon. Without an identity its client asks the machine for one and is left without an answer.
	{"no EC2 IMDS role found", anonymous},
	{"failed to refresh cached credentials", anonymous},
	{"get identity: get credentials", anonymous},
	{"Missing Region", anonymous},
	{"failed to resolve service endpoint", anonymous},

	// Go's network.
	{"connection refused", refused},
	{"no such host", unresolved},
	{"server misbehaving", unresolved},
	{"server gave HTTP response to HTTPS client", plaintext},
	{"first record does not look like a TLS handshake", plaintext},
	{"x509: ", untrusted},
	{"tls: ", untrusted},
	{"no route to host", unreachable},
	{"network is unreachable", unreachable},
	{"connection reset by peer", unreachable},

	// SOPS.
	{"Error getting data key: ", undecryptable},
	{"sops metadata not found", unencrypted},
	{"failed to verify data integrity", tampered},
	{"failed to decrypt original mac", tampered},

	// Amazon.
	{"UnrecognizedClientException", unauthenticated},
	{"InvalidClientTokenId", unauthenticated},
	{"InvalidSignatureException", unauthenticated},
	{"SignatureDoesNotMatch", unauthenticated},
	{"IncompleteSignature", unauthenticated},
	{"ExpiredToken", unauthenticated},
	{"not authorized to perform: sts:", unauthenticated},
	{"AccessDenied", denied},
	{"ResourceNotFoundException", missing},
	{"ParameterNotFound", missing},
	{"out.Parameters is empty", missing},
	{"out.Parameter.Value is nil", missing},
	{"ValidationException", misaddressed},
	{"InvalidParameterException", misaddressed},
	{"Throttling", throttled},
	{"TooManyRequestsException", throttled},
	{"InternalServiceError", unavailable},

	// HashiCorp's and OpenBao's.
	{"non-printable characters", unprintable},
	{"no secret found for path", missing},
	{"token_env configured", anonymous},
	{"unable to open service account token file", anonymous},
	{"unable to read file containing service account token", anonymous},
	{"missing client token", anonymous},
	{"no such file or directory", anonymous},
	{"is sealed", unavailable},
	{"no auth info returned", unauthenticated},

	// Google, Azure, 1Password, Kubernetes.
	{"could not find default credentials", anonymous},
	{"failed to acquire a token", anonymous},
	{"DefaultAzureCredential", anonymous},
	{"AZKV_AUTH", anonymous},
	{"invalid secret specifier", misaddressed},
	{"missing key vault name", misaddressed},
	{"missing secret name", misaddressed},
	{"service account token was not specified", anonymous},
	{"invalid service account token", unauthenticated},
	{"There is no hostname available", anonymous},
	{"There is no token available", anonymous},
	{"invalid URI", misaddressed},
	{"Found 0 item", missing},
	{"Found 0 vault", missing},
	{"no matching vault", missing},
	{"no matching item", missing},
	{"no item matched", missing},
	{"no vault matched", missing},
	{"the specified field cannot be found", missing},
	{"No path was found in any of the following", anonymous},
	{"KUBECONFIG environment variable is set but", anonymous},
	{"kubeConfigPath URI parameter is set but", anonymous},
	{"unable to load in-cluster configuration", anonymous},
	{"Unable to build config from vals configuration", anonymous},
	{"is forbidden: ", denied},
	{" not found", missing},
	{"Unauthorized", unauthenticated},
	{"Invalid path ", misaddressed},
	{"Invalid apiVersion ", misaddressed},
	{"The specified kind is not valid", misaddressed},

	// What else there is of waiting in vain.
	{"Client.Timeout exceeded", late},
	{"context deadline exceeded", late},
	{"i/o timeout", late},
	{"TLS handshake timeout", late},
	{"unexpected EOF", unreachable},
	{": EOF", unreachable},
}
