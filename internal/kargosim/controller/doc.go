// Package controller moves simulated Kargo: it runs Promotions, keeps the status of Stages and Freight,
// verifies, promotes automatically and makes Freight of images, with the phases, conditions, messages
// and order of events of Kargo v1.11. Nothing is cloned, pushed or deployed; how each step and each
// verification ends is said by [Outcomes].
//
// The controllers reconcile state on a manager that the caller gives. It should be theirs alone: they
// read from its cache, which must hold whole objects.
//
// Left out: finalizers, shards, PromotionTasks, retries of steps, expressions other than always() and
// failure() in "if", Argo CD's health output, and the removal of old Promotions and Freight.
package controller
