import { it, type Dict } from './it';

export const en: Dict = it;
