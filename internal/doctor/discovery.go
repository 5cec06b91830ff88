package doctor

import "strings"

// discoveries has what the messages of a failed discovery mean, by what is in them in lower case, the most exact first.
var discoveries = []struct {
	says []string
	fix  string
	// again says that another look is worth trying when that has been done, or by itself.
	again bool
}{
	{[]string{"allowtags is deprecated"}, "In the Warehouse's subscriptions, replace allowTags by allowTagsRegexes: a list of regular expressions.", false},
	{[]string{"ignoretags is deprecated"}, "In the Warehouse's subscriptions, replace ignoreTags by ignoreTagsRegexes: a list of regular expressions.", false},
	{
		[]string{"rate limit", "too many requests", "toomanyrequests", "status code 429", "status code: 429"},
		"A limit of the registry or Git host is used up. Wait, give the Warehouse a longer interval, and let Kargo have credentials, with which limits are higher. Then have it look again.", true,
	},
	{
		[]string{"unauthorized", "denied", "authentication", "forbidden", "status code 401", "status code 403", "returned error: 401", "returned error: 403", "could not read username"},
		"Look at the credentials: a Secret with the label kargo.akuity.io/cred-type whose repoURL fits the repository. Then have Kargo look again.", true,
	},
	{
		[]string{"no references discovered", "no commits discovered", "no images discovered", "no charts discovered", "no versions discovered"},
		"Look at the subscription's constraint and regular expressions: nothing in the repository fits them.", false,
	},
	{
		[]string{"name_unknown", "name unknown", "repository not found", "status code 404", "returned error: 404", "not found"},
		"Look at the subscription's repoURL: there is no such repository, or Kargo's credentials can't see it.", false,
	},
	{
		[]string{"improper constraint", "error parsing constraint", "invalid constraint", "parsing semver"},
		"Correct the subscription's constraint: a range of versions, such as ^1.2.0 or >=1.0.0.", false,
	},
	{
		[]string{"error parsing regexp", "compiling regular expression", "invalid regular expression"},
		"Correct the subscription's regular expressions: they are in the syntax of Go.", false,
	},
	{
		[]string{"x509", "certificate"},
		"Kargo's controller does not trust the certificate of the registry or Git host: give it the CA, then have it look again.", true,
	},
	{
		[]string{"no such host", "connection refused", "timeout", "timed out", "deadline exceeded", "no route to host", ": eof", "unexpected eof", "connection reset"},
		"Kargo's controller does not reach the registry or Git host: look at DNS, proxy and network policies. Then have it look again.", true,
	},
}

// explainDiscovery says how to mend what discovery says is wrong, and whether another look is worth trying.
func explainDiscovery(message string) (fix string, again bool) {
	lower := strings.ToLower(message)
	for _, d := range discoveries {
		for _, words := range d.says {
			if strings.Contains(lower, words) {
				return d.fix, d.again
			}
		}
	}
	return "Mend the Warehouse's subscription, then have Kargo look again.", true
}
