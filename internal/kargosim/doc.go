// Package kargosim is Kargo v1.11 as seen from outside, for the tests and the demo: it refuses what Kargo
// refuses, in Kargo's words, and moves Promotions, Stages, Freight and Warehouses through the states that
// Kargo moves them through. It deploys nothing.
//
// It runs in two places:
//
//   - In memory. [Simulator.NewCluster] returns an API server in memory ([memory.Cluster]) with Kargo's
//     resources and admission.
//   - On a real API server. The caller applies the resource definitions (package crds), serves the
//     handler of [Simulator.Admission] over HTTPS and applies its configurations.
//
// Either way [Simulator.Run], or [Simulator.Setup] on a manager of the caller's, runs the controllers,
// and package world has a world to put in: services with their Warehouses, Stages, Freight and history.
//
//	sim := kargosim.New(kargosim.Options{StepDuration: time.Second})
//	cluster, err := sim.NewCluster()                        // or a real one
//	…                                                       // world.Build(ctx, client, world.Spec{…})
//	go sim.Run(ctx, cluster.Config(kargosim.ControllerUser, "system:masters"))
//	sim.Outcomes.FailStep(stage, 4, "remote rejected the push")
//	sim.Registry.Push("quay.io/acme/red", registry.Image{Tag: "3.2.0", …})
//
// What happens is never decided by chance. Packages: memory is the API server; admission and controller
// are Kargo's two halves; rules is what both go by; registry stands for container registries; event
// records Kargo's Events; world and crds are what a simulation begins with.
//
// Nothing that is shipped to users may import it, the demo excepted.
package kargosim
