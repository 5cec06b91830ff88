// Package record keeps a PromotionRecord of each of Kargo's Promotions that somebody is to be told of, whoever
// made it: by the bot, in Kargo's UI, or Kargo itself.
//
// The Controller reads how a Promotion and its Stage stand and writes it down, and with it the happenings: what
// people are told, which is never written twice and never taken back. It is the only writer of a
// PromotionRecord but for two things: the Locator writes which commit was promoted, and whoever announces
// records what was said where. None of them waits for another.
package record
