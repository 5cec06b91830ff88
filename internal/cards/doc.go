// Package cards says what the bot's resources say, as cards: pure functions from an object to a
// chatops.Card. The same object gives the same card, whenever and wherever it is rendered, so that
// a message is never more than its object's status put in words.
package cards
