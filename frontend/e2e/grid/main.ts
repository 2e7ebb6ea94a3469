import '../../src/app.css';
import { mount } from 'svelte';
import Place from './Place.svelte';

mount(Place, { target: document.getElementById('app')! });
