// Package admission is the admission of Kargo v1.11: what its webhooks change in Promotions, Freight and
// Stages, and what they refuse, in Kargo's words and with its status codes. The same handlers are asked
// by a cluster in memory ([Admission.Webhooks]) and, over HTTPS, by a real API server
// ([Admission.Handler], [Admission.Configurations]).
//
// PromotionTasks, Warehouses, Projects and the configurations are admitted as they are. It never decides
// anything by itself that Kargo leaves to RBAC: whether somebody may promote is asked through a port.
package admission
