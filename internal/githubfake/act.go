package githubfake

import "context"

// act changes something in a repository as a person does. It then tells the app of it,
// event by event as GitHub does, and waits for each, but no longer than ctx. That the app
// refused an event is no error; the delivery says so. Events that the app does not get
// are left out.
func (g *GitHub) act(ctx context.Context, fullName, login string, do func(*repository, *account) ([]*event, error)) ([]Delivery, error) {
	var told []*event
	err := g.change(func() error {
		repo, err := g.world.repo(fullName)
		if err != nil {
			return err
		}
		by, err := g.world.account(login)
		if err != nil {
			return err
		}
		told, err = do(repo, by)
		return err
	})
	if err != nil {
		return nil, err
	}
	var deliveries []Delivery
	for _, e := range told {
		if e != nil {
			deliveries = append(deliveries, g.announce(ctx, e))
		}
	}
	return deliveries, nil
}
