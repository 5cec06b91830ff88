package wording

// Data is what templates are filled with. What is not known, or does not go with what a message is about, is empty or
// 0. The names of the fields are for operators to rely on; what they mean stands in docs/templates.md.
type Data struct {
	// Project, Service and Environment are what it is about: "microsvcs", "red", "production". A release is about no
	// environment.
	Project, Service, Environment string
	// Version is "3.2.0", and FromVersion what ran there before.
	Version, FromVersion string
	// Freight is the name of the Freight, and Alias its alias: "rafting-starfish".
	Freight, Alias string
	// By is who asked for it, or released it; empty if Kargo promoted by itself. Reason is why, in their words.
	By, Reason string
	// Outcome is what happened last, as rules call it (route.Word): "succeeded", "rolledBack".
	Outcome string
	// Phase is how it stands: "Promoting", "Waiting".
	Phase string
	// Step is what a Promotion is at, or failed at. StepNumber counts from 1; Steps is how many there are.
	Step              string
	StepNumber, Steps int
	// Message is what Kargo says of what went wrong.
	Message string
	// Commits is how many commits it ships, and Count how many messages a digest sums up.
	Commits, Count int
	// Period is the time that a digest is about: "25 Nov".
	Period string
	// URL is the page of the release, and KargoURL that of the Promotion or the Stage in Kargo's UI.
	URL, KargoURL string
	// Secret and SecretNamespace are the Secret with a credential, and Type is what it is for: "git", "image", "helm" or
	// "generic". Expires is when it expires, as in "2 Dec 2026".
	Secret, SecretNamespace, Type, Expires string
}

// samples are what templates are tried with: everything known, and nothing.
var samples = []Data{
	{ //nolint:gosec // no credential
		Project: "microsvcs", Service: "red", Environment: "production", Version: "3.2.0", FromVersion: "3.1.0",
		Freight: "e72fb09c3f5e8a1d2b4c6e8f0a1b2c3d4e5f6a7b", Alias: "rafting-starfish", By: "octocat", Reason: "weekly release",
		Outcome: "failed", Phase: "Failed", Step: "argocd-update", StepNumber: 5, Steps: 5, Message: "not healthy",
		Commits: 4, Count: 12, Period: "25 Nov", URL: "https://github.com/acme/microsvcs", KargoURL: "https://kargo.acme.dev",
		Secret: "github-creds", SecretNamespace: "microsvcs", Type: "git", Expires: "2 Dec 2026",
	},
	{},
}
