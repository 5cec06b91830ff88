package run

// crash is called while a goroutine panics, to say where in the code that is: what a panic prints itself, in words that
// may be anything, goes nowhere. It may be nil.
type crash func()

// tell is deferred by a goroutine. It stops no panic.
func (c crash) tell() {
	if said := recover(); said != nil {
		if c != nil {
			c()
		}
		panic(said)
	}
}
