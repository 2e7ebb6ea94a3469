import ArrowRight from '@lucide/svelte/icons/arrow-right';
import Building from '@lucide/svelte/icons/building-2';
import CircleCheck from '@lucide/svelte/icons/circle-check';
import Circle from '@lucide/svelte/icons/circle';
import CircleX from '@lucide/svelte/icons/circle-x';
import Handshake from '@lucide/svelte/icons/handshake';
import Mail from '@lucide/svelte/icons/mail';
import MapPin from '@lucide/svelte/icons/map-pin';
import Phone from '@lucide/svelte/icons/phone';
import RotateCcw from '@lucide/svelte/icons/rotate-ccw';
import StickyNote from '@lucide/svelte/icons/sticky-note';
import Star from '@lucide/svelte/icons/star';
import Target from '@lucide/svelte/icons/target';
import Trophy from '@lucide/svelte/icons/trophy';
import UserCheck from '@lucide/svelte/icons/user-check';
import Users from '@lucide/svelte/icons/users';

export const icons = {
  note: StickyNote,
  call: Phone,
  meeting: Users,
  visit: MapPin,
  email: Mail,
  opportunity_created: Handshake,
  opportunity_moved: ArrowRight,
  opportunity_won: Trophy,
  opportunity_lost: CircleX,
  opportunity_reopened: RotateCcw,
  client_created: Building,
  lead_created: Target,
  lead_assigned: UserCheck,
  lead_contacted: Phone,
  lead_qualified: Star,
  lead_lost: CircleX,
  lead_reopened: RotateCcw,
  lead_converted: Building,
  task_done: CircleCheck,
};

export function iconOf(kind: string) {
  return icons[kind as keyof typeof icons] ?? Circle;
}
