package rules

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strings"
)

// adjectives and animals are what aliases are made of, as Kargo's are.
const (
	adjectives = `able agile airy amber ample artful august autumn azure balmy bashful beaming blithe bold brave
		breezy bright brisk bubbly calm candid canny casual cheerful chipper civil classy clever coastal cordial
		cosmic cozy crafty crisp curious dainty dapper daring dashing deft devoted dreamy drifting eager earnest
		earthy easy elated elegant eloquent epic fabled fair fancy fearless festive fierce fleet floral fluent
		fond frank free fresh frosty gallant gentle gifted giddy glad gleaming golden graceful grand happy hardy
		hasty hearty heroic hiking honest humble hushed icy idle jaunty jolly jovial joyful keen kind lasting
		lively lofty loyal lucid lucky lunar mellow merry mighty misty modest mossy nimble noble polar proud
		quaint quick quiet rafting rapid regal roaming rosy rustic sailing serene shiny silent silver snowy solar
		spry stellar sturdy sunny swift tidy tranquil upbeat vivid warm windy witty worthy young zesty`
	animals = `albatross alpaca antelope badger barracuda bat beaver beetle bison bobcat buffalo butterfly camel
		caribou cheetah chipmunk cobra condor cougar coyote crab crane cricket crow deer dingo dolphin dove
		dragonfly eagle echidna egret elk emu falcon ferret finch firefly flamingo fox gazelle gecko gibbon
		giraffe goose gopher grouse gull hare hawk hedgehog heron hippo hornet hyena ibex ibis iguana impala
		jackal jaguar jay kestrel kingfisher kiwi koala lark lemur leopard lion lizard llama lobster lynx macaw
		magpie manatee mantis marmot marten meerkat mole mongoose moose narwhal newt ocelot octopus opossum orca
		oryx osprey otter owl panda panther parrot pelican penguin pheasant pony puffin puma quail rabbit raccoon
		raven robin salmon seal shark sparrow squid starfish stork swan tapir tiger toucan trout turtle walrus
		weasel whale wolf wombat yak zebra`
)

// Alias returns the alias, of two words, that Freight of that name gets at an attempt, counted from 0.
// The next attempt gives another one.
func Alias(name string, attempt int) string {
	first, second := strings.Fields(adjectives), strings.Fields(animals)
	sum := sha256.Sum256(fmt.Appendf(nil, "%s/%d", name, attempt))
	chosen := binary.BigEndian.Uint32(sum[:4])
	return first[int(chosen>>16)%len(first)] + "-" + second[int(chosen&0xffff)%len(second)]
}
