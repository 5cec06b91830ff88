// Package doctor looks for what is wrong: with Warehouses, Stages and Promotions, with what Kargo needs around them
// (Argo CD's Applications, credentials, webhooks), with what the bot needs of Kubernetes, GitHub and Slack, and with how
// the configuration fits all that. See docs/adr/0021-doctor.md.
//
// Each check is a function from what there is to findings, in a file of its own: adding a check is adding such a file,
// and its name to the list in checks.go. What a check needs besides the caches it gets from Ports. A check that can't be
// done says why, and is listed as not looked at: it must never pass for a check that found nothing.
//
// Examining changes nothing. What may be mended without harm comes with a Repair, which is only done by whoever was
// asked. Values of Secrets are read to see whether they can be right, and never kept, shown or logged.
package doctor
