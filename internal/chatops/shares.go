package chatops

import "slices"

// Shares divides room among those who want some of it, so that whoever wants little gets all of it, and the
// others get the same. Sizes are not negative; what is not wanted is left.
func Shares(room int, wanted []int) []int {
	room = max(room, 0)
	order := make([]int, len(wanted))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return wanted[a] - wanted[b] })
	shares := make([]int, len(wanted))
	for i, who := range order {
		shares[who] = min(wanted[who], room/(len(order)-i))
		room -= shares[who]
	}
	return shares
}
