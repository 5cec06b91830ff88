// Package release follows Releases from their tag to production. A Release is made from a tag, which a webhook
// tells any replica of (tagged.go), or from Freight of a version that nobody has announced (freight.go). Then one
// controller fills in how far it is (controller.go): its image (image.go), its Stages (stage.go) and what people
// may want to be told (happenings.go); another one, beside it, what was released (describe.go), so that nothing
// ever waits for GitHub.
//
// What is in the status follows from what Kargo says, so that looking twice changes nothing, and whatever was
// missed is made up by the next look. Nothing here tells people anything.
package release
