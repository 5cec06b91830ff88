// The Shipments, as kubectl would list them.
import { $, h, keyed } from './dom.js';
import { age } from './time.js';

export function showShipments(shipments) {
  $('#no-shipments').hidden = shipments.length > 0;
  keyed($('#shipment-rows'), shipments, (s) => s.name, (s) => h('tr', {},
    h('td', {}, s.name), h('td', {}, s.request), h('td', { 'data-phase': s.phase }, s.phase),
    h('td', {}, s.step), h('td', {}, s.by), h('td', {}, age(s.created))));
}
