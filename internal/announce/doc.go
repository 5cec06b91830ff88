// Package announce tells people and programs what happens in Kargo, wherever the configuration and their own
// Subscriptions say: in Slack's channels and direct messages, on GitHub, and through webhooks.
//
// It looks at what Releases, PromotionRecords and Notices say has happened, and sees to it that every destination has
// been told, once. What is said where is recorded on the object that it is about, or on the Subscription for
// what sums up several. So whatever is interrupted is gone on with, and whatever was missed is made up for.
//
// It must never write anything but status.reports of Releases, PromotionRecords and Notices, and
// Subscriptions.
package announce
