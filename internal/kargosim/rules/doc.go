// Package rules holds the rules of Kargo v1.11 that its admission and its controllers share: how
// Promotions and Freight are named, when Freight is available to a Stage, what auto-promotion would
// choose, and what the annotations that ask for something mean.
//
// It was written after Kargo's source and is deliberately independent of what the bot itself believes
// about Kargo: it is what the bot is tested against. Nothing outside kargosim may import it.
package rules
